drop index letter_invitation;
