"""`tools import-openapi`: specs of kind `http` proposed from an OpenAPI description (3.0 or 3.1).

documents.py   a file or address gives a document           describing.py   its operations, and what of them is read
placing.py     parameters and bodies: where each goes       answering.py    how an answer is read
paging.py      how a long list comes in pages               securing.py     hosts, and keys that they want
words.py       Markdown as plain words                      drafting.py     the text of the specs
importing.py   which operations, and what is written

A description is data of a stranger: no part of it is run, no reference leaves it, and no text leaves its place. Own
checks by frozen records stand in place of a validator of whole documents: one took 27 s for 10,000 operations
(openapi-spec-validator 0.9), refuses all for the fault of one, and knows nothing of what a spec of ours can hold.
"""
