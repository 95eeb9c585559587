# Die Seite einer Vorstellung mit dem Saalplan.
