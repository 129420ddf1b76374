DELETE FROM choices;
