//! The demo's films: silent classics, and a few that nobody has made.

use houselights_domain::draft::MovieDraft;

/// A film as a line of the table.
struct Film {
    key: &'static str,
    title: &'static str,
    minutes: i64,
    certificate: &'static str,
    language: &'static str,
    genres: &'static [&'static str],
    released: &'static str,
    synopsis: &'static str,
}

/// All films. Their keys stay what they are: the shows of other days refer to them. Which film runs when follows
/// from the order, so newcomers go to the end.
pub(super) fn films() -> Vec<MovieDraft> {
    FILMS
        .iter()
        .map(|film| MovieDraft {
            key: film.key.into(),
            title: film.title.into(),
            duration_minutes: film.minutes,
            certificate: Some(film.certificate.into()),
            languages: vec![film.language.into()],
            genres: film.genres.iter().map(|genre| (*genre).into()).collect(),
            synopsis: Some(film.synopsis.into()),
            poster: None,
            release_date: Some(film.released.into()),
        })
        .collect()
}

const FILMS: [Film; 12] = [
    Film {
        key: "metropolis",
        title: "Metropolis",
        minutes: 153,
        certificate: "PG",
        language: "de",
        genres: &["Science fiction", "Drama"],
        released: "1927-01-10",
        synopsis: "The son of a city's master falls in love below the streets, where the workers keep the machines going. Then somebody builds a machine with her face, and nobody can say any more which of the two is speaking.",
    },
    Film {
        key: "the-general",
        title: "The General",
        minutes: 79,
        certificate: "U",
        language: "en",
        genres: &["Comedy", "Adventure"],
        released: "1926-12-31",
        synopsis: "An engine driver has two loves. When both are stolen, he goes after his locomotive alone, through two armies, a burning bridge and the longest straight face in the history of railways.",
    },
    Film {
        key: "nosferatu",
        title: "Nosferatu",
        minutes: 94,
        certificate: "PG",
        language: "de",
        genres: &["Horror"],
        released: "1922-03-04",
        synopsis: "A young man travels to the Carpathians to sell a count the house across the street. The count travels faster than his letters, and his shadow faster than the count.",
    },
    Film {
        key: "safety-last",
        title: "Safety Last!",
        minutes: 73,
        certificate: "U",
        language: "en",
        genres: &["Comedy"],
        released: "1923-04-01",
        synopsis: "A shop assistant needs a thousand dollars, a crowd, and somebody to climb the building for him. He gets the crowd. There are twelve storeys and a clock.",
    },
    Film {
        key: "caligari",
        title: "The Cabinet of Dr. Caligari",
        minutes: 77,
        certificate: "PG",
        language: "de",
        genres: &["Horror", "Mystery"],
        released: "1920-02-26",
        synopsis: "At a fair a sleepwalker tells the future. What he foretells comes true at night, in a town where no window is straight and no street leads home.",
    },
    Film {
        key: "sherlock-jr",
        title: "Sherlock Jr.",
        minutes: 45,
        certificate: "U",
        language: "en",
        genres: &["Comedy", "Fantasy"],
        released: "1924-04-21",
        synopsis: "A projectionist who would rather be a detective falls asleep and walks into the film he is showing. It does not wait for him. Neither does the next cut.",
    },
    Film {
        key: "sunrise",
        title: "Sunrise: A Song of Two Humans",
        minutes: 94,
        certificate: "U",
        language: "en",
        genres: &["Drama", "Romance"],
        released: "1927-09-23",
        synopsis: "A farmer is asked to drown his wife. They spend the day in the city instead: a wedding of strangers, a photograph, a pig, and a storm on the way back.",
    },
    Film {
        key: "potemkin",
        title: "Battleship Potemkin",
        minutes: 75,
        certificate: "PG",
        language: "ru",
        genres: &["Drama", "History"],
        released: "1925-12-21",
        synopsis: "Sailors refuse rotten meat, and a city comes down its steps to greet them. Soldiers come down after it. Somewhere between the two a pram begins to roll.",
    },
    Film {
        key: "movie-camera",
        title: "Man with a Movie Camera",
        minutes: 68,
        certificate: "U",
        language: "ru",
        genres: &["Documentary"],
        released: "1929-01-08",
        synopsis: "A day in a city, and in the life of the man who films it: from chimneys, from motorcycles, from under trains. No story, no actors, no titles, and never a dull frame.",
    },
    Film {
        key: "the-last-reel",
        title: "The Last Reel",
        minutes: 118,
        certificate: "12A",
        language: "en",
        genres: &["Drama", "Mystery"],
        released: "2026-09-18",
        synopsis: "The Palace has been closed for eleven years when the light in its projection room goes on. Inside, the new caretaker finds a film that was never finished, and a letter from 1929 with her name on it.",
    },
    Film {
        key: "zwischen-den-akten",
        title: "Zwischen den Akten",
        minutes: 103,
        certificate: "12A",
        language: "de",
        genres: &["Comedy", "Romance"],
        released: "2026-10-02",
        synopsis: "Two people meet at the bar in every interval, talk until the bell has long gone, and never see a second half. After nine plays they know each other by heart, and not one ending.",
    },
    Film {
        key: "orbit-of-paper",
        title: "Orbit of Paper",
        minutes: 131,
        certificate: "PG",
        language: "en",
        genres: &["Science fiction", "Family"],
        released: "2026-11-06",
        synopsis: "A girl folds a spaceship that is one sheet of paper too heavy to come home. Far above the rooftops, with only her diary on board, she has to decide which page she can do without.",
    },
];
