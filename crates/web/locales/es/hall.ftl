# La página de una sesión con el plano de la sala.
