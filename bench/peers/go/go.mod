module meridian.example/bench

go 1.22
