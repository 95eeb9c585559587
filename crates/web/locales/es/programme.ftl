# La cartelera y las páginas de las películas.

programme-title = Cartelera
programme-description = Qué se proyecta en el cine: películas, horarios y butacas libres.
programme-all-films = Todas las películas
programme-view-label = Cómo se muestra la cartelera
programme-by-day = Por días
programme-by-film = Por películas
programme-days-label = Días
programme-earlier = Días anteriores
programme-later = Días posteriores
programme-shows = { $count ->
    [0] ninguna sesión
    [one] una sesión
   *[other] { $count } sesiones
}
programme-cinemas-all = Todos los cines
programme-filter = Filtrar
programme-filter-cinema = Cine
programme-filter-day = Fecha
programme-filter-format = Formato
programme-filter-language = Idioma
programme-filter-any = todos
programme-filter-apply = Mostrar
programme-filter-clear = Quitar la selección
programme-ignored-cinema = No conocemos ese cine; aquí están todos.
programme-ignored-day = Ese día ya ha pasado o no es una fecha; aquí está el siguiente con sesiones.
programme-ignored-format = No hay nada en ese formato; aquí están todos.
programme-ignored-language = No hay nada en ese idioma; aquí están todos.
programme-next = { $day }, { $time } h
programme-over = { $count ->
    [one] Una sesión anterior de este día ya ha pasado.
   *[other] { $count } sesiones anteriores de este día ya han pasado.
}
programme-left-out = { $count ->
    [one] Una sesión más no cabe aquí. Elija un cine para verla.
   *[other] { $count } sesiones más no caben aquí. Elija un cine para verlas.
}
programme-empty = Todavía no hay nada programado
    .next = Las nuevas sesiones aparecerán aquí en cuanto se programen. Vuelva pronto.
programme-empty-day = No hay sesiones este día
programme-empty-next = Las próximas son el { $day }.
programme-empty-see = Ver el { $day }
programme-empty-match = Ninguna sesión es así
    .next = Pruebe con menos condiciones.

show-few-left = Quedan pocas butacas
show-sold-out = Entradas agotadas
show-begun = Acaba de empezar
show-closed = Venta terminada
show-called-off = Suspendida
show-on-sale-from = A la venta desde el { $moment }
show-price-from = desde { $price }
show-spoken-and-written = { $spoken }, subtítulos en { $written }
show-written = subtítulos en { $written }

film-description = { $name }: de qué trata, cuándo se proyecta y entradas.
film-shows = Sesiones
film-none = Por ahora no hay sesiones programadas.
film-left-out = { $count ->
    [one] Una sesión posterior está en la cartelera.
   *[other] { $count } sesiones posteriores están en la cartelera.
}
film-languages = { $count ->
    [one] Idioma
   *[other] Idiomas
}
film-released = Estreno

language-ar = árabe
language-cs = checo
language-da = danés
language-de = alemán
language-el = griego
language-en = inglés
language-es = español
language-fa = persa
language-fi = finés
language-fr = francés
language-he = hebreo
language-hi = hindi
language-hu = húngaro
language-it = italiano
language-ja = japonés
language-ko = coreano
language-nl = neerlandés
language-no = noruego
language-pl = polaco
language-pt = portugués
language-ro = rumano
language-ru = ruso
language-sv = sueco
language-tr = turco
language-uk = ucraniano
language-zh = chino
