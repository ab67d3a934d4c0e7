"""What any Deskstream service needs in order to run; no helpdesk noun in it."""
