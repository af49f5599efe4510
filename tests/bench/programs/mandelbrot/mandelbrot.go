package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// How often z = z * z + c can be taken before |z| exceeds 2, up to `limit`.
func iterations(cx, cy float64, limit int) int {
	x, y := 0.0, 0.0
	i := 0
	for i < limit {
		xx, yy := x*x, y*y
		if xx+yy > 4 {
			break
		}
		y = 2*x*y + cy
		x = xx - yy + cx
		i++
	}
	return i
}

func workload(small bool) string {
	size, limit := 1400, 200
	if small {
		size, limit = 40, 50
	}
	inside, total := 0, 0
	for row := 0; row < size; row++ {
		cy := 2*float64(row)/float64(size) - 1
		for column := 0; column < size; column++ {
			cx := 3*float64(column)/float64(size) - 2
			n := iterations(cx, cy, limit)
			total += n
			if n == limit {
				inside++
			}
		}
	}
	return fmt.Sprintf("%d inside, %d iterations\n", inside, total)
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
