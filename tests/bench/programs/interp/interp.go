package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	load = iota
	add
	subtract
	multiply
	remainder
	halve
	jump
	jumpEqual
	jumpLess
	get
	put
	halt
)

// A register machine with instructions of four numbers: operation, a, b, c.
type machine struct {
	code, memory []int
	registers    [16]int
	executed     int
}

func (m *machine) run() {
	code, memory, r := m.code, m.memory, &m.registers
	at := 0
	for {
		a, b, c := code[at+1], code[at+2], code[at+3]
		next := at + 4
		m.executed++
		switch code[at] {
		case load:
			r[a] = b
		case add:
			r[a] = r[b] + r[c]
		case subtract:
			r[a] = r[b] - r[c]
		case multiply:
			r[a] = r[b] * r[c]
		case remainder:
			r[a] = r[b] % r[c]
		case halve:
			r[a] = r[b] / 2
		case jump:
			next = a * 4
		case jumpEqual:
			if r[a] == r[b] {
				next = c * 4
			}
		case jumpLess:
			if r[a] < r[b] {
				next = c * 4
			}
		case get:
			r[a] = memory[r[b]]
		case put:
			memory[r[a]] = r[b]
		default:
			return
		}
		at = next
	}
}

func program(limit, size int) []int {
	return []int{
		load, 0, 0, 0, //  0 zero
		load, 1, 1, 0, //  1 one
		load, 2, 2, 0, //  2 two
		load, 3, 3, 0, //  3 three
		load, 4, 1, 0, //  4 n = 1
		load, 5, limit, 0, //  5
		load, 7, 0, 0, //  6 steps = 0
		add, 6, 4, 0, //  7 x = n
		jumpEqual, 6, 1, 17, //  8 while x != 1
		add, 7, 7, 1, //  9 steps += 1
		remainder, 8, 6, 2, // 10
		jumpEqual, 8, 0, 15, // 11 if x is odd
		multiply, 6, 6, 3, // 12 x = 3 * x + 1
		add, 6, 6, 1, // 13
		jump, 8, 0, 0, // 14
		halve, 6, 6, 0, // 15 else x = x / 2
		jump, 8, 0, 0, // 16
		add, 4, 4, 1, // 17 n += 1
		jumpLess, 4, 5, 7, // 18
		load, 4, 2, 0, // 19 the sieve: i = 2
		load, 5, size, 0, // 20
		load, 9, 0, 0, // 21 primes = 0
		get, 8, 4, 0, // 22
		jumpEqual, 8, 1, 31, // 23 if memory[i] == 0
		add, 9, 9, 1, // 24 primes += 1
		add, 6, 4, 4, // 25 j = 2 * i
		jumpLess, 6, 5, 28, // 26 while j < size
		jump, 31, 0, 0, // 27
		put, 6, 1, 0, // 28 memory[j] = 1
		add, 6, 6, 4, // 29 j += i
		jump, 26, 0, 0, // 30
		add, 4, 4, 1, // 31 i += 1
		jumpLess, 4, 5, 22, // 32
		halt, 0, 0, 0, // 33
	}
}

func workload(small bool) string {
	limit, size := 75000, 500000
	if small {
		limit, size = 200, 1000
	}
	var out strings.Builder
	for round := 0; round < 2; round++ {
		m := machine{code: program(limit-round, size-round), memory: make([]int, size)}
		m.run()
		fmt.Fprintf(&out, "%d steps, %d primes, %d executed\n", m.registers[7], m.registers[9], m.executed)
	}
	return out.String()
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
