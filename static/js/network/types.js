/**
 * Shapes of what the drawing reads. Nothing here runs; the types are checked by `tsc --checkJs`.
 *
 * @typedef {object} LayerStructure
 * @property {number} units
 * @property {string | {name: string}} activation
 * @property {boolean} use_bias
 * @property {boolean} trainable false when the kernel is frozen
 * @property {boolean} bias_trainable false when the bias is frozen
 * @property {[number | null, number | null]} [bounds] of the activation's output
 *
 * @typedef {object} NetworkStructure
 * @property {number} inputs
 * @property {string[]} input_names
 * @property {string[]} output_names
 * @property {LayerStructure[]} layers
 * @property {string[]} parameter_names flat order: per layer the kernel row by row, then the bias
 * @property {string[]} parameter_labels
 * @property {string[][]} node_labels one list a column, inputs first
 *
 * @typedef {object} Structure the `spec` event
 * @property {NetworkStructure} network
 * @property {[[number, number], [number, number]] | [[number, number]] | null} [domain] of heatmaps
 *
 * @typedef {object} Focus the example in focus
 * @property {number} example
 * @property {number[]} inputs
 * @property {number[]} targets
 * @property {number[][]} pre_activations one list a layer
 * @property {number[][]} activations one list a layer
 * @property {number[][] | null} deltas one list a layer
 *
 * @typedef {object} Heatmaps bytes b meaning low + b / 255 * (high - low), row 0 at the top
 * @property {number} columns
 * @property {number} rows
 * @property {string[][]} layers base64, hidden layers only, one text a unit
 * @property {([number, number] | [number, number][] | null)[]} [ranges] of a layer, or of its units
 * @property {{columns: number, rows: number, low: number, high: number, units: string[]}} output
 *
 * @typedef {object} Frame the `state` event, its vectors decoded
 * @property {number} version
 * @property {string | null} operation what just happened
 * @property {{phase: string, layer?: number | null}} [position] layer: how many layers the phase
 * under way has done, null unless it is stepped layer by layer
 * @property {unknown} playing null while nobody presses Play
 * @property {Float32Array} parameters
 * @property {Float32Array} gradients
 * @property {Float32Array | null} updates
 * @property {Focus} focus
 * @property {Heatmaps | null} heatmaps
 *
 * @typedef {"weights" | "gradients" | "updates"} Quantity what width, colour and labels show
 *
 * @typedef {object} Model
 * @property {Structure} structure
 * @property {Frame} frame
 * @property {string | null} chosen the name of a parameter or a unit
 * @property {Quantity} quantity
 *
 * @typedef {{ok: true} | {ok: false, detail: string}} EditResult
 *
 * @typedef {object} Actions what the drawing asks of the page
 * @property {(name: string | null) => void} choose a parameter or a unit by its name
 * @property {((name: string, value: number) => Promise<EditResult>) | null} editParameter null where
 * one only watches
 * @property {(place: string | null) => void} [point] something is pointed at or focused:
 * `edge:2.kernel.0.0`, `node:2.0`
 *
 * @typedef {{kind: "parameter", index: number} | {kind: "node", column: number, unit: number}} Item
 * something that can be pointed at or focused
 *
 * @typedef {object} Finding something that the diagnosis found
 * @property {string} kind
 * @property {number} layer 1 is the first after the inputs
 * @property {number[] | null} units null: the layer as a whole
 * @property {string} words
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box in drawing units
 */

export {};
