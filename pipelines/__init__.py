"""fitmart: does what we sell confirm that it fits, segment by segment?"""
