//! A figure as SVG 1.1 inside a page: presentation attributes only, so that the strictest content security policy holds.

use std::fmt::Write as _;

use print::{Anchor, Figure, Shape, Strength, Tone};

/// `title` is what a reader that cannot see the drawing says; `id` makes its names unique in the page.
pub fn svg(figure: &Figure, id: &str, title: &str) -> String {
    let mut out = String::new();
    let Figure { width, height, shapes } = figure;
    let id = escaped(id);
    write(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title\" font-family=\"'Be Vietnam Pro', 'Segoe UI', system-ui, sans-serif\">\
             <title id=\"{id}-title\">{}</title>",
            escaped(title)
        ),
    );
    for shape in shapes {
        match shape {
            Shape::Bar { x, y, width, height, tone } => write(
                &mut out,
                format_args!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{}\"/>",
                    colour(*tone)
                ),
            ),
            Shape::Line { from, to, thickness, tone } => write(
                &mut out,
                format_args!(
                    "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{}\" stroke-width=\"{thickness}\"/>",
                    from.0,
                    from.1,
                    to.0,
                    to.1,
                    colour(*tone)
                ),
            ),
            Shape::Words { x, baseline, size, strength, anchor, tone, text } => {
                let weight = match strength {
                    Strength::Plain => "400",
                    Strength::Strong => "600",
                };
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                write(
                    &mut out,
                    format_args!(
                        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" \
                         text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
                        colour(*tone),
                        escaped(text)
                    ),
                );
            }
        }
    }
    out.push_str("</svg>");
    out
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = out.write_fmt(text);
}

fn colour(tone: Tone) -> String {
    let (red, green, blue) = tone.rgb();
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// XML 1.0 2.2 and 2.4: five characters stand for something, control characters are not text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push(' '),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_called_like_markup_stays_text() {
        let text = "<script>alert('x')</script> & \"y\"\u{0}".to_owned();
        let shape = Shape::Words {
            x: 0.0,
            baseline: 0.0,
            size: 12.0,
            strength: Strength::Plain,
            anchor: Anchor::Start,
            tone: Tone::Ink,
            text: text.clone(),
        };
        let svg = svg(&Figure { width: 1.0, height: 1.0, shapes: vec![shape] }, "a", &text);
        assert!(!svg.contains("<script") && !svg.contains('\u{0}'));
        assert!(svg.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot; "));
    }
}
