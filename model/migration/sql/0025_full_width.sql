-- +goose Up
-- The words that came with 0015 had Latin punctuation among Chinese characters. What a district has written
-- since stays as it is.
UPDATE matter_categories SET hint = '漏水、占用、争执等，需要调解的' WHERE code = 'neighbours' AND hint = '漏水、占用、争执等,需要调解的';
UPDATE matter_questions SET words = '现在有没有着火、漏气或者有人被困？' WHERE words = '现在有没有着火、漏气或者有人被困?';
UPDATE matter_questions SET words = '有没有人受伤？' WHERE words = '有没有人受伤?';
UPDATE matter_questions SET words = '现在有没有人动手打人，或者威胁要伤人？' WHERE words = '现在有没有人动手打人,或者威胁要伤人?';
UPDATE matter_questions SET words = '有没有人急病，或者有轻生的念头？' WHERE words = '有没有人急病,或者有轻生的念头?';
UPDATE matter_questions SET words = '从什么时候开始的？' WHERE words = '从什么时候开始的?';
UPDATE matter_questions SET words = '一般什么时候最吵？' WHERE words = '一般什么时候最吵?';
UPDATE matter_questions SET stop_words = '请马上离开危险的地方，拨打119。确认安全以后再来上报。' WHERE stop_words = '请马上离开危险的地方,拨打119。确认安全以后再来上报。';
UPDATE matter_questions SET stop_words = '请马上拨打110，先保证自己和家人安全。事后需要调解再来上报。' WHERE stop_words = '请马上拨打110,先保证自己和家人安全。事后需要调解再来上报。';
UPDATE matter_questions SET stop_words = '请马上拨打120；有人要伤害自己的，同时拨打110。情况稳定以后再来上报。' WHERE stop_words = '请马上拨打120;有人要伤害自己的,同时拨打110。情况稳定以后再来上报。';
