module purchase

go 1.19
