print("bureaud")
