SELECT task, question, model FROM wordings WHERE task IN (SELECT unnest($ids));
