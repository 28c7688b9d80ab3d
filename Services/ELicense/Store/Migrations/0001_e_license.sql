-- Applications with their files. What the law's data said when one was accepted stays with it.
CREATE TABLE application (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    kind         text NOT NULL,
    licensor     text NOT NULL,
    applicant    text NOT NULL CHECK (applicant ~ '^[0-9]{12}$'),
    language     text NOT NULL CHECK (language IN ('kk', 'ru', 'en')),
    contact      jsonb,
    status       text NOT NULL CHECK (status IN
                 ('awaiting-payment', 'registered', 'under-review', 'issued', 'refused', 'deemed-issued', 'withdrawn')),
    submitted_at timestamptz NOT NULL,
    deadline_at  timestamptz NOT NULL,
    deadline     jsonb NOT NULL,
    rules        jsonb NOT NULL,
    facts        jsonb NOT NULL,
    decision     jsonb,
    licence      text,
    history      jsonb NOT NULL,
    version      bigint NOT NULL CHECK (version > 0),
    CONSTRAINT application_number UNIQUE (number),
    CONSTRAINT application_decided CHECK ((decision IS NOT NULL) = (status IN ('issued', 'refused', 'deemed-issued'))),
    CONSTRAINT application_licence CHECK ((licence IS NOT NULL) = (status IN ('issued', 'deemed-issued')))
);
COMMENT ON COLUMN application.rules IS 'editions of the dated data with which it is judged';
COMMENT ON COLUMN application.facts IS 'what the register of natural persons said, or why it said nothing';
CREATE INDEX application_own ON application (applicant, id DESC);
CREATE INDEX application_queue ON application (licensor, deadline_at, id)
    WHERE status IN ('awaiting-payment', 'registered', 'under-review');

-- The register of licences.
CREATE TABLE licence (
    number        text PRIMARY KEY,
    application   uuid NOT NULL REFERENCES application (id),
    kind          text NOT NULL,
    kinds_edition text NOT NULL,
    licensor      text NOT NULL,
    holder        text NOT NULL CHECK (holder ~ '^[0-9]{12}$'),
    holder_name   jsonb,
    issued_on     date NOT NULL,
    deemed_issued boolean NOT NULL,
    status        text NOT NULL CHECK (status IN ('active', 'suspended', 'terminated')),
    CONSTRAINT licence_once UNIQUE (application)
);
COMMENT ON COLUMN licence.kinds_edition IS 'edition of the catalogue of kinds under which it was issued';
