drop table former_member;
