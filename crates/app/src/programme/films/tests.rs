use super::*;

fn taken(list: &str, format: ListFormat, defaults: &[&str]) -> FilmList {
    let mapping = Mapping::parse(&["title=Title", "duration_minutes=Minutes"], defaults).unwrap();
    read(list.as_bytes(), format, &mapping).unwrap()
}

#[test]
fn json_and_csv_say_the_same() {
    let json = r#"[{"Title": "Metropolis", "Minutes": 153}, {"Title": 1776, "Minutes": null}, 7]"#;
    let csv = "\u{feff}Title;Minutes\nMetropolis;153\n1776;\n\"a\";1;too many\n";
    for (list, format) in [(json, ListFormat::Json), (csv, ListFormat::Csv)] {
        let films = taken(list, format, &[]);
        assert_eq!(
            films.taken.iter().map(|(number, film)| (*number, film.title.as_str())).collect::<Vec<_>>(),
            [(1, "Metropolis")]
        );
        let refused: Vec<usize> = films.refused.iter().map(|(number, _)| *number).collect();
        assert_eq!(refused, [2, 3]);
        assert_eq!(films.refused[0].1[0].path, "duration_minutes");
        assert_eq!(taken(list, format, &["duration_minutes=110"]).taken.len(), 2);
    }
}

#[test]
fn a_row_in_another_encoding_is_reported_and_the_others_go_in() {
    let mapping = Mapping::parse(&["title=Title"], &["duration_minutes=110"]).unwrap();
    for (list, format) in [
        (&b"Title\nAmelie\nAm\xe9lie\n"[..], ListFormat::Csv),
        (&b"[{\"Title\":\"Amelie\"},{\"Title\":\"Am\xe9lie\"}]"[..], ListFormat::Json),
    ] {
        let films = read(list, format, &mapping).unwrap();
        assert_eq!(films.taken.len(), 1);
        assert_eq!((films.refused[0].0, films.refused[0].1[0].path.as_str()), (2, "Title"));
    }
}

#[test]
fn a_list_that_is_none_is_refused_as_a_whole() {
    let none = |list: &[u8], format| read(list, format, &Mapping::default()).unwrap_err().to_string();
    assert!(none(b"{}", ListFormat::Json).contains("is no JSON array"));
    assert!(none(b"a,a\n1,2\n", ListFormat::Csv).contains("two columns \"a\""));
    assert!(none(&vec![b' '; MAX_LIST_BYTES + 1], ListFormat::Json).contains("larger than 64 MiB"));
    assert_eq!(ListFormat::of(Path::new("x.CSV")), ListFormat::Csv);
    assert_eq!(ListFormat::of(Path::new("x.json")), ListFormat::Json);
}
