// Danyuan is the backend of the unit-chief system: one binary, whose commands meet here.
package main

func main() {}
