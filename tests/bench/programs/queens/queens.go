package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type board struct {
	n                        int
	columns, rising, falling []bool
	places                   []int
	solutions, checksum      int
}

func (b *board) place(row int) {
	n := b.n
	if row == n {
		b.solutions++
		b.checksum = (b.checksum*31 + b.places[0]*n + b.places[n-1]) % 1000003
		return
	}
	for column := 0; column < n; column++ {
		up, down := row+column, row-column+n
		if !b.columns[column] && !b.rising[up] && !b.falling[down] {
			b.columns[column], b.rising[up], b.falling[down] = true, true, true
			b.places[row] = column
			b.place(row + 1)
			b.columns[column], b.rising[up], b.falling[down] = false, false, false
		}
	}
}

func workload(small bool) string {
	n := 13
	if small {
		n = 7
	}
	b := board{n: n, columns: make([]bool, n), rising: make([]bool, 2*n), falling: make([]bool, 2*n), places: make([]int, n)}
	b.place(0)
	return fmt.Sprintf("%d ways to place %d queens, checksum %d\n", b.solutions, n, b.checksum)
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
