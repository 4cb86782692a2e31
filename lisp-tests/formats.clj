; Formats: directives, flags, widths and what they refuse, as Java has them.

; # Anything
(format "%s %s %s" nil 1.0 :a)
;=> "null 1.0 :a"
(format "%S" "abc")
;=> "ABC"
(format "%10s|%-10s|" "ab" "cd")
;=> "        ab|cd        |"
(format "%.2s|%5.1s|" "abc" "xyz")
;=> "ab|    x|"
(format "%b %B %b" nil true 0)
;=> "false TRUE true"
(format "%c%C" \a \b)
;=> "aB"
(format "%h" "hello")
;=> "5e918d2"
(format "%5%|%-5%|")
;=> "    %|%    |"
(format "%n")
;=> "\n"
(format "%s" "a" "more")
;=> "a"

; # Integers
(format "%5d|%-5d|%05d" 42 42 42)
;=> "   42|42   |00042"
(format "%+d|% d|%(d" 42 42 -42)
;=> "+42| 42|(42)"
(format "%,d %,d %,d" 999 1234567 -1234)
;=> "999 1,234,567 -1,234"
(format "%,010d" 1234567)
;=> "01,234,567"
(format "%x %X %o" 255 255 8)
;=> "ff FF 10"
(format "%#x %#o %08x" 255 8 255)
;=> "0xff 010 000000ff"
(format "%x" -1)
;=> "ffffffffffffffff"
(format "%d" 123456789012345678901234567890)
;=> "123456789012345678901234567890"

; # Floats
(format "%f" 3.14159)
;=> "3.141590"
(format "%.0f %.0f %.0f" 0.5 1.5 2.5)
;=> "1 2 3"
(format "%.1f %.1f %.2f" 0.25 0.35 1.005)
;=> "0.3 0.4 1.01"
(format "%.2f" 9.999)
;=> "10.00"
(format "%.20f" 0.1)
;=> "0.10000000000000000000"
(format "%,.2f" 1234567.891)
;=> "1,234,567.89"
(format "%(,.2f" -1234.5)
;=> "(1,234.50)"
(format "%10.2f|%-10.2f|%010.2f|%+.2f" 3.14159 3.14159 3.14159 3.14159)
;=> "      3.14|3.14      |0000003.14|+3.14"
(format "%.3f" -0.0001)
;=> "-0.000"
(format "%e %.3E %.0e" 12345.678 0.00012345 12345.0)
;=> "1.234568e+04 1.235E-04 1e+04"
(format "%g %g %g" 0.0001 12345.678 0.00001)
;=> "0.000100000 12345.7 1.00000e-05"
(format "%f %05.1f %e" ##Inf ##NaN ##-Inf)
;=> "Infinity   NaN -Infinity"
(format "%.2f" nil)
;=> "nu"

; # Which argument
(format "%1$s %1$s %2$s" "a" "b")
;=> "a a b"
(format "%2$s %s %s" "a" "b")
;=> "b a b"
(format "%s %<s" "a")
;=> "a a"
(format "%s %s" "a")
;! 1:1 value-error: there is no argument for %s in the format: 1 argument given
;? give one value for each directive; %% stands for a percent sign
(format "%3$s" "a")
;! 1:1 value-error: there is no argument for %3$s in the format: 1 argument given
;? give one value for each directive; %% stands for a percent sign
(format "%<s" "a")
;! 1:1 value-error: there is no argument for %<s in the format: 1 argument given
;? give one value for each directive; %% stands for a percent sign

; # Refused
(format "%d" 5.5)
;! 1:1 type-error: %d in a format needs an integer, got the float 5.5
;? (long x) cuts the fraction off, (Math/round x) rounds; %.0f prints a float without one
(format "%.2f" 3)
;! 1:1 type-error: %.2f in a format needs a float, got the integer 3
;? (double x) makes a float of an integer; %d prints integers
(format "%d" "5")
;! 1:1 type-error: %d in a format needs an integer, got the string "5"
;? %s prints anything; (parse-long s) reads an integer
(format "%c" "ab")
;! 1:1 type-error: %c in a format needs one character, got the string "ab"
;? %s prints strings
(format "%z" 1)
;! 1:1 value-error: %z in the format is no directive
;? there are %s %d %f %e %g %x %o %c %b %h %n, and %% for a percent sign
(format "100%")
;! 1:1 value-error: % in the format is no directive
;? there are %s %d %f %e %g %x %o %c %b %h %n, and %% for a percent sign
(format "%-s" "a")
;! 1:1 value-error: %-s in the format needs a width, as in %-8s or %05d
(format "%05s" "a")
;! 1:1 value-error: %05s in the format has the flag '0', which does not go with s
(format "%.2d" 1)
;! 1:1 value-error: %.2d in the format has a precision, which is for %f and %s
;? %.2f prints a float with two digits after the point
(format "%-05d" 1)
;! 1:1 value-error: %-05d in the format has flags that exclude each other
(format "%tY" 1)
;! 1:1 unsupported-error: %t: dates and times are not formatted here
;? take parts with (.getYear d) and its kin, or (subs (str d) 0 10)
(format nil)
;! 1:1 type-error: format needs a string as format, got nil
;? nil often comes from a key that is not there; (or s "") gives a default
