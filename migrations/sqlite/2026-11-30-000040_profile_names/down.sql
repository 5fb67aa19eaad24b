alter table users drop column profile_name;
