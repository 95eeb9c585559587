# Signing up, in and out, and one’s own bookings.

sign-in-title = Sign in
sign-in-button = Sign in
sign-in-new = No account yet?
sign-up-title = Create account
sign-up-lead = A name and a password are enough. With them you find your tickets again.
sign-up-button = Create account
sign-up-have = You have an account?

field-username = User name
field-username-hint = Letters, numbers and @ . + - _
field-email = E-mail address
field-password = Password
field-password-hint = { $count ->
    [one] At least one character
   *[other] At least { $count } characters
}
fault-blank = Please fill this in.
fault-name = Please use only letters, numbers and @ . + - _, without spaces.
fault-email = Please write an address such as name@example.org, or leave this empty.
fault-too-long = Please use at most { $count } characters.
fault-too-short = { $count ->
    [one] Please use at least one character.
   *[other] Please use at least { $count } characters.
}
fault-null = A character in it cannot be typed. Please write it anew.
fault-too-similar = The password is your user name. Please choose another one.
fault-too-common = Many people use this password, so it is guessed first. Please choose another one.
fault-taken = Somebody has this name already. Please choose another one.
fault-other = This cannot be taken as it is. Please choose another one.

bookings-empty-title = No bookings yet
bookings-empty = When you book a seat, you find it here.
bookings-upcoming = Coming up
bookings-nothing-upcoming = Nothing is coming up.
bookings-past = Earlier and cancelled
bookings-older = Older bookings
booking-seat = Seat { $name }
booking-held = held for you
booking-booked = booked
booking-cancelled = cancelled
booking-expired = expired
booking-called-off = This show was called off
booking-cancel = Cancel
cancel-title = Cancel this seat?
cancel-question = The seat becomes free for others at once. This cannot be undone.
cancel-button = Yes, cancel it
cancel-keep = Keep it
cancel-too-late = The show has begun, so it is too late to cancel.
cancel-done = This seat is not yours any more. There is nothing left to do.
