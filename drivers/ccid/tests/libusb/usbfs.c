/* A smart-card reader for libusb: umockdev gives it a place in sysfs, this program answers its usbdevfs ioctls, and the
 * child on the other end of a socket (the test, with the simulated reader) says what the reader says.
 *
 *   umockdev-wrapper usbfs DESCRIPTORS-IN-HEX PROGRAM ARGUMENTS...
 *
 * The child's standard input is the socket. Question: a letter, a 32-bit length, that many bytes. Answer: a 32-bit length or
 * negative errno, that many bytes. W: bulk out, R: bulk in, I: interrupt in, A: the class request ABORT (its setup packet).
 */
#include <errno.h>
#include <gio/gio.h>
#include <linux/usbdevice_fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <umockdev.h>
#include <unistd.h>

#define NODE "/dev/bus/usb/001/001"
#define BULK_OUT 0x01
#define BULK_IN 0x82
#define INTERRUPT_IN 0x83
#define ABORT 0x01

typedef struct {
    UMockdevIoctlData *urb, *buffer;
    int done;
} Transfer;

static int reader;
static GList *transfers;
static int exit_status = 1;
/* A kernel driver holds the interface until it is told to let go. */
static int driver_bound = 1;

static void all(ssize_t (*move)(int, void *, size_t), void *bytes, size_t length) {
    for (size_t at = 0; at < length;) {
        ssize_t moved = move(reader, (char *)bytes + at, length - at);
        if (moved <= 0) exit(3); /* the test is gone */
        at += moved;
    }
}

static ssize_t send_some(int fd, void *bytes, size_t length) { return write(fd, bytes, length); }

static gint32 ask(char what, void *bytes, guint32 length, guint8 *answer, gint32 room) {
    gint32 result;
    all(send_some, &what, 1);
    all(send_some, &length, sizeof length);
    all(send_some, bytes, length);
    all(read, &result, sizeof result);
    if (result > room) exit(4);
    if (result > 0) all(read, answer, result);
    return result;
}

/* Tries to finish a transfer with what the reader has to say now. */
static void move_on(Transfer *transfer) {
    static guint8 bytes[16384];
    struct usbdevfs_urb *urb = (struct usbdevfs_urb *)transfer->urb->data;
    gint32 result;
    if (transfer->done) return;
    if (urb->type == USBDEVFS_URB_TYPE_CONTROL)
        result = transfer->buffer->data[1] == ABORT ? ask('A', transfer->buffer->data, 8, NULL, 0) : -EPIPE;
    else if (urb->endpoint == BULK_OUT)
        result = ask('W', transfer->buffer->data, urb->buffer_length, NULL, 0);
    else
        result = ask(urb->endpoint == INTERRUPT_IN ? 'I' : 'R', NULL, 0, bytes, MIN(urb->buffer_length, (int)sizeof bytes));
    if (result == -EAGAIN) return;
    transfer->done = 1;
    urb->status = result < 0 ? result : 0;
    urb->actual_length = urb->endpoint == BULK_OUT ? urb->buffer_length : MAX(result, 0);
    if (urb->endpoint & 0x80 && result > 0) umockdev_ioctl_data_update(transfer->buffer, 0, bytes, result);
}

static void finish(UMockdevIoctlClient *client, int error) { umockdev_ioctl_client_complete(client, error ? -1 : 0, error); }

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, gpointer unused) {
    UMockdevIoctlData *argument = umockdev_ioctl_client_get_arg(client), *place;
    Transfer *transfer;
    (void)handler, (void)unused;
    switch (umockdev_ioctl_client_get_request(client)) {
    case USBDEVFS_GET_CAPABILITIES:
        place = umockdev_ioctl_data_resolve(argument, 0, sizeof(guint32), NULL);
        *(guint32 *)place->data = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM;
        finish(client, 0);
        return TRUE;
    case USBDEVFS_CLAIMINTERFACE:
        finish(client, driver_bound ? EBUSY : 0);
        return TRUE;
    case USBDEVFS_GETDRIVER:
        place = umockdev_ioctl_data_resolve(argument, 0, sizeof(struct usbdevfs_getdriver), NULL);
        strcpy(((struct usbdevfs_getdriver *)place->data)->driver, "some_driver");
        finish(client, driver_bound ? 0 : ENODATA);
        return TRUE;
    case USBDEVFS_IOCTL:
        place = umockdev_ioctl_data_resolve(argument, 0, sizeof(struct usbdevfs_ioctl), NULL);
        driver_bound = ((struct usbdevfs_ioctl *)place->data)->ioctl_code == (int)USBDEVFS_CONNECT;
        finish(client, 0);
        return TRUE;
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_CLEAR_HALT:
    case USBDEVFS_RESET:
        finish(client, 0);
        return TRUE;
    case USBDEVFS_SUBMITURB:
        transfer = g_new0(Transfer, 1);
        transfer->urb = umockdev_ioctl_data_resolve(argument, 0, sizeof(struct usbdevfs_urb), NULL);
        transfer->buffer = umockdev_ioctl_data_resolve(transfer->urb, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer),
                                                       ((struct usbdevfs_urb *)transfer->urb->data)->buffer_length, NULL);
        transfers = g_list_append(transfers, transfer);
        finish(client, 0);
        return TRUE;
    case USBDEVFS_DISCARDURB:
        for (GList *at = transfers; at; at = at->next) {
            transfer = at->data;
            if (transfer->urb->client_addr != *(gulong *)argument->data || transfer->done) continue;
            ((struct usbdevfs_urb *)transfer->urb->data)->status = -ENOENT;
            transfer->done = 1;
            finish(client, 0);
            return TRUE;
        }
        finish(client, EINVAL);
        return TRUE;
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        for (GList *at = transfers; at; at = at->next) {
            transfer = at->data;
            move_on(transfer);
            if (!transfer->done) continue;
            place = umockdev_ioctl_data_resolve(argument, 0, sizeof(gpointer), NULL);
            umockdev_ioctl_data_set_ptr(place, 0, transfer->urb);
            transfers = g_list_delete_link(transfers, at);
            finish(client, 0);
            return TRUE;
        }
        finish(client, EAGAIN);
        return TRUE;
    default:
        finish(client, ENOTTY);
        return TRUE;
    }
}

static void on_exit_of_child(GObject *child, GAsyncResult *result, gpointer loop) {
    g_subprocess_wait_finish(G_SUBPROCESS(child), result, NULL);
    exit_status = g_subprocess_get_if_exited(G_SUBPROCESS(child)) ? g_subprocess_get_exit_status(G_SUBPROCESS(child)) : 1;
    g_main_loop_quit(loop);
}

int main(int count, char **arguments) {
    int ends[2];
    GError *error = NULL;
    if (count < 3 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return 2;
    reader = ends[0];

    UMockdevTestbed *testbed = umockdev_testbed_new();
    UMockdevIoctlBase *handler = umockdev_ioctl_base_new();
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    g_signal_connect(handler, "handle-ioctl", G_CALLBACK(on_ioctl), NULL);
    char *device = g_strdup_printf("P: /devices/usb1\nN: bus/usb/001/001\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: BUSNUM=001\n"
                                   "E: DEVNUM=001\nE: DEVNAME=" NODE "\nE: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\n"
                                   "A: busnum=1\\n\nA: devnum=1\\n\nA: speed=480\\n\nH: descriptors=%s\n", arguments[1]);
    if (!umockdev_testbed_attach_ioctl(testbed, NODE, handler, &error) ||
        !umockdev_testbed_add_from_string(testbed, device, &error)) {
        g_printerr("usbfs: %s\n", error->message);
        return 2;
    }

    GSubprocessLauncher *launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_take_stdin_fd(launcher, ends[1]);
    GSubprocess *child = g_subprocess_launcher_spawnv(launcher, (const char *const *)arguments + 2, &error);
    if (!child) {
        g_printerr("usbfs: %s\n", error->message);
        return 2;
    }
    /* The launcher holds the child's end; without it a dead child would never be noticed. */
    g_object_unref(launcher);
    g_subprocess_wait_async(child, NULL, on_exit_of_child, loop);
    g_main_loop_run(loop);
    g_object_unref(testbed);
    return exit_status;
}
