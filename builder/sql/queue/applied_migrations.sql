SELECT name FROM migrations;
