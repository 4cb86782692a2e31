; Dates: ISO texts, the calendar and what they print as.

; # Reading and printing
#inst "2024-01-31T10:30:00.000-00:00"
;=> #inst "2024-01-31T10:30:00.000-00:00"
#inst "2024-01-31T12:30:00+02:00"
;=> #inst "2024-01-31T10:30:00.000-00:00"
(str #inst "2024-01-31T10:30:00Z")
;=> "2024-01-31T10:30:00Z"
(java.time.LocalDate/parse "2024-01-31")
;=> #inst "2024-01-31"
(str (java.time.LocalDateTime/parse "2024-01-31T10:30:05.120"))
;=> "2024-01-31T10:30:05.120"
(str (java.time.Instant/parse "2024-01-31T10:30:05.12Z"))
;=> "2024-01-31T10:30:05.120Z"
(json/generate-string {:on (java.time.LocalDate/of 2024 1 31)})
;=> "{\"on\":\"2024-01-31\"}"
(= #inst "2024-01-31" #inst "2024-01-31T00:00:00.000-00:00")
;=> true
(inst-ms #inst "2024-01-31")
;=> 1706659200000
#inst "yesterday"
;! 1:1 parse-error: "yesterday" is no date
;? write #inst "2024-01-31" or #inst "2024-01-31T10:30:00Z"
(java.time.LocalDate/parse "2024-02-30")
;! 1:1 value-error: Text '2024-02-30' could not be parsed as a date
;? write a date such as 2024-01-31
(java.time.LocalDate/parse "2024-01-31T10:30:00")
;! 1:1 value-error: Text '2024-01-31T10:30:00' could not be parsed as a date
;? that is a date and time such as 2024-01-31T10:30: use LocalDateTime/parse, or (subs s 0 10) for the day
(java.time.Instant/parse "2024-01-31")
;! 1:1 value-error: Text '2024-01-31' could not be parsed as a date
;? that is a date such as 2024-01-31: use LocalDate/parse, or (subs s 0 10) for the day
(java.time.LocalDate/of 2023 2 29)
;! 1:1 value-error: there is no date 2023-2-29

; # The calendar
(str (.plusMonths (java.time.LocalDate/parse "2024-01-31") 1))
;=> "2024-02-29"
(str (.minusYears (java.time.LocalDate/parse "2024-02-29") 1))
;=> "2023-02-28"
(str (.plusDays (java.time.LocalDate/parse "2024-12-31") 1))
;=> "2025-01-01"
(str (.plusYears (java.time.LocalDate/parse "2024-12-31") 100000))
;! 1:6 value-error: 100000 years lead out of the calendar
(.getDayOfWeek (java.time.LocalDate/parse "2024-01-31"))
;=> "WEDNESDAY"
(.getValue (.getDayOfWeek (java.time.LocalDate/parse "2024-01-31")))
;=> 3
(.lengthOfMonth (java.time.LocalDate/parse "2023-02-01"))
;=> 28
(.toEpochDay (java.time.LocalDate/parse "1969-12-31"))
;=> -1

; # From one to another
(.between java.time.temporal.ChronoUnit/DAYS (java.time.LocalDate/parse "2024-03-01") (java.time.LocalDate/parse "2024-01-31"))
;=> -30
(.between java.time.temporal.ChronoUnit/WEEKS (java.time.LocalDate/parse "2024-03-01") (java.time.LocalDate/parse "2024-01-31"))
;=> -4
(.between java.time.temporal.ChronoUnit/MONTHS (java.time.LocalDate/parse "2024-01-31") (java.time.LocalDate/parse "2024-03-01"))
;=> 1
(.between java.time.temporal.ChronoUnit/YEARS (java.time.LocalDate/parse "2020-03-01") (java.time.LocalDate/parse "2024-02-29"))
;=> 3
(.toHours (java.time.Duration/between (java.time.LocalDateTime/parse "2024-01-31T10:00") (java.time.LocalDateTime/parse "2024-02-01T09:30")))
;=> 23
(map str (sort [(java.time.LocalDate/of 2024 2 1) (java.time.LocalDate/of 2024 1 31)]))
;=> ("2024-01-31" "2024-02-01")
(compare (java.time.LocalDate/of 2024 2 1) (java.time.LocalDate/of 2024 1 31))
;=> 1

; # Patterns
(.format (java.time.LocalDate/of 2024 1 5) (java.time.format.DateTimeFormatter/ofPattern "EEE, d MMMM yyyy"))
;=> "Fri, 5 January 2024"
(.format (java.time.LocalDateTime/of 2024 1 5 13 7) (java.time.format.DateTimeFormatter/ofPattern "dd/MM/yy h:mm a"))
;=> "05/01/24 1:07 PM"
(str (java.time.LocalDate/parse "31 Jan 2024" (java.time.format.DateTimeFormatter/ofPattern "d MMM yyyy")))
;=> "2024-01-31"
(java.time.LocalDate/parse "1.2.24" (java.time.format.DateTimeFormatter/ofPattern "dd.MM.yy"))
;! 1:1 value-error: Text '1.2.24' could not be parsed as a date
;? the text must have the form of the pattern exactly
(.plusDays "2024-01-31" 1)
;! 1:1 type-error: .plusDays needs a date as date, got the string "2024-01-31"
;? (java.time.LocalDate/parse "2024-01-31") makes a date of a string
