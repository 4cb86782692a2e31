//! `print!`, `eprintln!` and similar macros for this room: a pipe that was closed early ends the output without a panic.

macro_rules! print {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($text)*));
    }};
}

macro_rules! println {
    ($($text:tt)*) => {{
        print!("{}\n", format_args!($($text)*));
    }};
}

macro_rules! eprint {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!($($text)*));
    }};
}

macro_rules! eprintln {
    () => { eprint!("\n") };
    ($($text:tt)*) => {{
        eprint!("{}\n", format_args!($($text)*));
    }};
}
