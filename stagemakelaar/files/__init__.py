"""The matcher for who has spreadsheets: delimited files in, proposals with their reasons and their proof out.

This room owns nothing that is stored and knows no database, account or page: it reads files, makes a `matching.Problem`
of them, and writes what came of it, so that anyone can use the matcher and anyone can check it. The words of causes and
reasons are handed down by the command. What each column means stands in `layouts.py` and in docs/match-files.md.

    complaints.py  what is wrong, and where    tables.py    a file to rows, whatever wrote it
    cells.py       one cell to one value       layouts.py   the columns of every file
    words.py       Dutch words for choices     inputs.py    all files together, and what fits between them
    question.py    rows to a problem           results.py   an outcome to files
    checking.py    a folder of results, judged again
"""
