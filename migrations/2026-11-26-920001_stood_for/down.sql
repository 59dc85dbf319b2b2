drop table stood_for;
