# The programme and the pages of films.

programme-title = What’s on
programme-description = What is on at the cinema: films, times and free seats.
programme-all-films = All films
programme-view-label = How the programme is shown
programme-by-day = By day
programme-by-film = By film
programme-days-label = Days
programme-earlier = Earlier days
programme-later = Later days
programme-shows = { $count ->
    [0] no shows
    [one] one show
   *[other] { $count } shows
}
programme-cinemas-all = All cinemas
programme-filter = Filter
programme-filter-cinema = Cinema
programme-filter-day = Date
programme-filter-format = Format
programme-filter-language = Language
programme-filter-any = any
programme-filter-apply = Show
programme-filter-clear = Clear all choices
programme-ignored-cinema = We do not know this cinema, so here are all of them.
programme-ignored-day = That day is over or is no date, so here is the next one with shows.
programme-ignored-format = Nothing is shown in this format, so here are all of them.
programme-ignored-language = Nothing is shown in this language, so here are all of them.
programme-next = { $day }, { $time }
programme-over = { $count ->
    [one] One earlier show of this day is over.
   *[other] { $count } earlier shows of this day are over.
}
programme-left-out = { $count ->
    [one] One more show did not fit here. Choose a cinema to see it.
   *[other] { $count } more shows did not fit here. Choose a cinema to see them.
}
programme-empty = Nothing is planned yet
    .next = New shows will stand here as soon as they are planned. Please look again soon.
programme-empty-day = No shows on this day
programme-empty-next = The next ones are on { $day }.
programme-empty-see = See { $day }
programme-empty-match = No show is like this
    .next = Try it with fewer choices.

show-few-left = Few seats left
show-sold-out = Sold out
show-begun = Has just begun
show-closed = Sales closed
show-called-off = Called off
show-on-sale-from = On sale from { $moment }
show-price-from = from { $price }
show-spoken-and-written = { $spoken }, { $written } subtitles
show-written = { $written } subtitles

film-description = { $name }: what it is about, when it runs, and tickets.
film-shows = Shows
film-none = No shows are planned at present.
film-left-out = { $count ->
    [one] One later show stands on the programme.
   *[other] { $count } later shows stand on the programme.
}
film-languages = { $count ->
    [one] Language
   *[other] Languages
}
film-released = First shown

language-ar = Arabic
language-cs = Czech
language-da = Danish
language-de = German
language-el = Greek
language-en = English
language-es = Spanish
language-fa = Persian
language-fi = Finnish
language-fr = French
language-he = Hebrew
language-hi = Hindi
language-hu = Hungarian
language-it = Italian
language-ja = Japanese
language-ko = Korean
language-nl = Dutch
language-no = Norwegian
language-pl = Polish
language-pt = Portuguese
language-ro = Romanian
language-ru = Russian
language-sv = Swedish
language-tr = Turkish
language-uk = Ukrainian
language-zh = Chinese
