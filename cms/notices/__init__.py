"""Who is told what at the desk and by mail: made once each, and sent in the way each person chose."""
