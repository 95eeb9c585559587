# La cartelera y las páginas de las películas.
