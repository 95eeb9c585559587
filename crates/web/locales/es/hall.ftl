# La página de la sesión con el plano de la sala, y el pedido que resulta de ella.

hall-title = { $film }, { $when }
hall-description = Elija sus butacas para { $film } en la sala: { $cinema }, { $when }.
hall-where = { $cinema }, { $screen }
hall-ends = hasta las { $time } aprox.
hall-certificate = Calificación { $certificate }
hall-choose = Elija sus butacas
hall-free = { $count ->
    [0] No hay butacas libres
    [one] Hay una butaca libre
   *[other] Hay { $count } butacas libres
}
hall-legend = Qué muestra el plano
hall-screen = Pantalla
hall-larger = Butacas más grandes
hall-smaller = Butacas más pequeñas
hall-map = Plano de la sala
hall-row = Fila { $row }
hall-seat = Fila { $row }, butaca { $place }, { $kind }
hall-kind-standard = estándar
hall-kind-premium = premium
hall-kind-wheelchair = espacio para silla de ruedas
hall-kind-companion = butaca de acompañante
hall-kind-sofa = sofá
hall-state-chosen = elegida
hall-state-taken = ocupada
hall-state-held = en proceso de compra
hall-state-lost = recién ocupada
hall-chosen = Sus butacas
hall-none-chosen = ninguna todavía
hall-most = { $count ->
    [one] Puede reservar una butaca a la vez.
   *[other] Puede reservar hasta { $count } butacas a la vez.
}
hall-book = Reservar estas butacas
hall-too-many = { $count ->
    [one] Puede reservar una butaca a la vez.
   *[other] Puede reservar hasta { $count } butacas a la vez. Deje libre una de ellas para elegir otra.
}
hall-gone = Otra persona acaba de reservar: { $seats }. El resto de su elección se conserva.
hall-lost = { $count ->
    [one] Lo sentimos, la butaca { $seats } se acaba de ocupar
   *[other] Lo sentimos, las butacas { $seats } se acaban de ocupar
}
    .next = Todavía no se ha reservado nada. El resto de su elección se conserva: añada otra butaca o reserve las que quedan.
hall-called-off = Esta sesión se ha cancelado
    .next = Si tiene una reserva, el cine se pondrá en contacto con usted.
hall-not-open = Las entradas se venden a partir del { $when }
    .next = Hasta entonces puede ver la sala.
hall-closed = La venta para esta sesión ha terminado
    .next = Quizá quede sitio en otra sesión de esta película.
hall-started = La película ha empezado; las butacas se venden hasta las { $time }
    .next = Entre en silencio, por favor.
hall-sold-out = Todas las butacas están ocupadas
    .next = A veces alguna vuelve a quedar libre: esta página lo muestra al momento.

order-title = Sus butacas están reservadas
order-number = Pedido { $number }
order-seat = Fila { $row }, butaca { $place }
order-cancelled = cancelada
order-total = Total
order-again = Reservar más butacas
order-keep = Encuentra sus butacas en «Mis reservas» en cualquier momento, y allí puede devolverlas hasta que empiece la película.
order-all-cancelled = Este pedido se ha cancelado
