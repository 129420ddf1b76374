-- Inside the transaction of a release: trajectories that make calls which are answered otherwise now are not taken.
UPDATE verdicts SET correct = false, reason = 'drifted' WHERE attempt IN (SELECT unnest($attempts));
