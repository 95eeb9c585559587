# Das Programm und die Seiten der Filme.
