package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func matrix(n int, value func(i, j int) float64) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
		for j := range rows[i] {
			rows[i][j] = value(i, j)
		}
	}
	return rows
}

func multiply(a, b, c [][]float64) {
	for i, left := range a {
		sum := c[i]
		for k, right := range b {
			x := left[k]
			for j, y := range right {
				sum[j] += x * y
			}
		}
	}
}

func workload(small bool) string {
	n := 640
	if small {
		n = 40
	}
	a := matrix(n, func(i, j int) float64 { return float64((i*7+j*13)%101) / 8 })
	b := matrix(n, func(i, j int) float64 { return float64((i*11+j*5)%97)/4 - 10 })
	c := matrix(n, func(i, j int) float64 { return 0 })
	multiply(a, b, c)
	trace, sum := 0.0, 0.0
	for i := range c {
		trace += c[i][i]
		for j := range c[i] {
			sum += c[i][j] * float64((i+j)%3-1)
		}
	}
	return fmt.Sprintf("%d %d\n", int(trace*32), int(sum*32))
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
