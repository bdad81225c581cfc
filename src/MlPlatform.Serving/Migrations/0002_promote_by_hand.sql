ALTER TABLE srv_rollout ADD COLUMN promote_by_hand $int$ NOT NULL DEFAULT 0;
