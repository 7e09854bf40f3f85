/** The door to what stands before the window's work. */
export { Entrance } from "./Entrance";
