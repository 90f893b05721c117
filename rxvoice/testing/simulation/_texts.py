"""What is said when nobody says what."""

LINES = (
    "Hello, I would like to book a table for two.",
    "Can you tell me when you are open on Sundays?",
    "I need to change my appointment to next week.",
    "No, on Thursday, please.",
    "Yes.",
    "That sounds good.",
    "What does it cost for a family with three children?",
    "My name is Lindqvist, and I live in the old mill at the river.",
    "Sorry, could you repeat that?",
    "And is there anywhere to park when we come by car?",
    "My order has not arrived yet and I have been waiting for two weeks now.",
    "Which of them would you take?",
    "It is for my mother, she will be seventy on that day.",
    "Maybe.",
    "I have the number somewhere here, it begins with four seven one.",
    "Thank you, that was all.",
)
"""What a caller says: from one word to fifteen."""

ANSWERS = (
    "Of course.",
    "Let me have a look.",
    "We are open from nine to six, and on Sundays until two.",
    "There is a table at the window at half past seven.",
    "May I have your name, please?",
    "That would be twenty four euros, with coffee and cake for everybody.",
    "I have put it down for Thursday at ten.",
    "You can park behind the house, the first two hours are free.",
    "I am sorry about that.",
    "The parcel left our store on Monday and should be with you tomorrow morning.",
    "Is there anything else that I can do for you?",
    "You will get a message as soon as it is ready.",
)
"""What a bot says: its replies are made of these sentences."""

LISTENING = ("Mm-hm.", "Yeah.", "Okay.", "Right.", "Uh-huh.")
"""What somebody says who only shows that they listen."""

MISHEARD = ("seven", "there", "something", "about", "and", "four", "please", "not")
"""What a recogniser makes of a word that it did not understand."""
