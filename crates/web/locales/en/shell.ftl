# What stands around every page, and how dates and amounts are written.

skip-to-content = Skip to the content
nav-label = Main
nav-programme = What’s on
nav-my-bookings = My bookings
nav-account-label = Your account
nav-sign-in = Sign in
nav-sign-up = Create account
nav-sign-out = Sign out
nav-signed-in-as = Signed in as { $name }
footer-label = About this site
footer-about = About
footer-api = For developers
footer-language = Language
footer-demo = A demonstration: its films and shows are made up.
form-optional = optional
form-summary-title = { $count ->
    [one] One thing needs another look
   *[other] { $count } things need another look
}
back = Back
page-title = { $page } · { $name }

notice-signed-up = Welcome! Your account is ready, and you are signed in.
notice-signed-in = You are signed in.
notice-signed-out = You are signed out.
notice-cancelled = Your booking is cancelled. The seat is free again.

about-title = About
about-description = What this ticket office is, and where its interface for programs is described.
about-lead = This is where you see what is on, choose your seats in the hall, and have your tickets a moment later.
about-how-title = How it works
about-how-choose = Find a film and a time on the programme.
about-how-seat = Choose your seats on the map of the hall. What you see is what is free right now.
about-how-cancel = Plans change: give a seat back in “My bookings” until the film begins.
about-developers-title = For developers
about-developers = Everything here can be done by a program too. The interface is open and described in full.
about-swagger = Try the interface
about-redoc = Read its description
about-software = Runs on Houselights, a cinema’s ticket office in one program.

date-long = { $weekday }, { $day } { $month } { $year }
date-day = { $weekday }, { $day } { $month }
date-short = { $weekday } { $day } { $month }
date-moment = { $day }, { $time }
date-today = Today
date-tomorrow = Tomorrow
duration-minutes = { $minutes } min
duration-hours = { $hours } h
duration-both = { $hours } h { $minutes } min
money-free = free

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
