package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type shape interface{ cost(i int) int }

type square struct{ side int }

func (s *square) cost(i int) int { return s.side*s.side + i }

type rectangle struct{ width, height int }

func (r *rectangle) cost(i int) int { return r.width*r.height - i }

type frame struct{ width, height int }

func (f *frame) cost(i int) int { return f.width + f.height + i + i }

func workload(small bool) string {
	rounds := 20000
	if small {
		rounds = 200
	}
	shapes := make([]shape, 1000)
	seed := 42
	for i := range shapes {
		seed = seed * 16807 % 2147483647
		size := seed % 100
		switch seed % 3 {
		case 0:
			shapes[i] = &square{size}
		case 1:
			shapes[i] = &rectangle{size, size + 1}
		default:
			shapes[i] = &frame{size, size + 1}
		}
	}
	total := 0
	for round := 0; round < rounds; round++ {
		for _, s := range shapes {
			total += s.cost(round)
		}
	}
	return fmt.Sprintf("%d\n", total)
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
