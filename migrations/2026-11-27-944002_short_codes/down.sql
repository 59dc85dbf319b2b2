drop index contact_code;
