-- Readers page by position; without this index each page scans the log.
CREATE INDEX core_event_position ON core_event (tx, row_id);
