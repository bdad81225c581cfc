ALTER TABLE reg_model ADD COLUMN owner $text$;
ALTER TABLE reg_model_version ADD COLUMN copied_from $text$;

-- Who is for pointing an alias at a version.
CREATE TABLE reg_approval (
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    alias $text$ NOT NULL,
    approver $text$ NOT NULL,
    roles $text$ NOT NULL,
    comment $text$,
    at $bigint$ NOT NULL,
    PRIMARY KEY (model, version, alias, approver),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
);

-- Who lets a version pass although its gates do not, and until when.
CREATE TABLE reg_override (
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    alias $text$ NOT NULL,
    actor $text$ NOT NULL,
    reason $text$ NOT NULL,
    at $bigint$ NOT NULL,
    until_at $bigint$ NOT NULL,
    PRIMARY KEY (model, version, alias, actor, at),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
);

-- The cards written after a version was registered; revision 0 is the one inside its package.
CREATE TABLE reg_model_card (
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    revision $int$ NOT NULL,
    digest $text$ NOT NULL,
    completeness $double$ NOT NULL,
    actor $text$ NOT NULL,
    at $bigint$ NOT NULL,
    PRIMARY KEY (model, version, revision),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
);

-- The words by which a model is found. Version 0 holds those of the model itself.
CREATE TABLE reg_model_term (
    model $text$ NOT NULL REFERENCES reg_model (name) ON UPDATE CASCADE,
    version $int$ NOT NULL,
    field $text$ NOT NULL,
    term $text$ NOT NULL,
    PRIMARY KEY (model, version, field, term)
);
CREATE INDEX reg_model_term_term ON reg_model_term (term, model);

-- The signatures of versions, as artifacts.
CREATE TABLE reg_model_signature (
    model $text$ NOT NULL,
    version $int$ NOT NULL,
    digest $text$ NOT NULL,
    actor $text$ NOT NULL,
    at $bigint$ NOT NULL,
    PRIMARY KEY (model, version, digest),
    FOREIGN KEY (model, version) REFERENCES reg_model_version (model, version) ON UPDATE CASCADE
);
