-- A file of persons that was, or is being, taken into the register.
CREATE TABLE person_import (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint    bytea NOT NULL CONSTRAINT person_import_fingerprint_key UNIQUE,
    file_name      text NOT NULL,
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    -- How far it has come: the place in the file, the line there, and the rejects written by then.
    file_offset    bigint NOT NULL,
    line           bigint NOT NULL,
    rejects_length bigint NOT NULL,
    imported       bigint NOT NULL,
    present        bigint NOT NULL,
    rejected       bigint NOT NULL
);

CREATE TABLE person (
    id            uuid PRIMARY KEY,
    iin           text NOT NULL CONSTRAINT person_iin_key UNIQUE,
    surname_kk    text NOT NULL,
    given_kk      text NOT NULL,
    patronymic_kk text,
    surname_ru    text NOT NULL,
    given_ru      text NOT NULL,
    patronymic_ru text,
    sex           text NOT NULL CHECK (sex IN ('male', 'female')),
    birth_date    date NOT NULL,
    citizenship   text NOT NULL,
    -- No foreign key: units are abolished and renumbered, addresses recorded before are not.
    kato          text,
    address_text  text,
    status        text NOT NULL CHECK (status IN ('alive', 'deceased')),
    version       bigint NOT NULL,
    recorded_at   timestamptz NOT NULL,
    -- The mass import that brought the record; null where an official recorded it. No foreign key: it would cost a look-up a row.
    import_id     bigint,
    CONSTRAINT person_address_whole CHECK ((kato IS NULL) = (address_text IS NULL))
);
-- A number is never given out again: nobody leaves the register.
REVOKE DELETE, TRUNCATE ON person FROM CURRENT_USER;

-- What a record said before it was corrected, why it was, and by whom.
CREATE TABLE person_history (
    person        uuid NOT NULL REFERENCES person,
    version       bigint NOT NULL,
    surname_kk    text NOT NULL,
    given_kk      text NOT NULL,
    patronymic_kk text,
    surname_ru    text NOT NULL,
    given_ru      text NOT NULL,
    patronymic_ru text,
    sex           text NOT NULL,
    birth_date    date NOT NULL,
    citizenship   text NOT NULL,
    kato          text,
    address_text  text,
    status        text NOT NULL,
    recorded_at   timestamptz NOT NULL,
    reason        text NOT NULL,
    corrected_by  text NOT NULL,
    body          text,
    corrected_at  timestamptz NOT NULL,
    PRIMARY KEY (person, version)
);
-- Append only.
REVOKE UPDATE, DELETE, TRUNCATE ON person_history FROM CURRENT_USER;

-- The classifier of administrative units, region by region as far as it was loaded.
CREATE TABLE kato (
    code    text PRIMARY KEY CHECK (code ~ '^[1-9][0-9]{8}$'),
    parent  text,
    name_ru text NOT NULL,
    name_kk text,
    -- 1 region, 2 district or city, 3 rural district, 4 settlement.
    level   smallint NOT NULL,
    region  text NOT NULL
);
CREATE INDEX kato_region ON kato (region);
