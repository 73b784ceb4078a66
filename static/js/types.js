/**
 * What the event stream carries, as types. Vectors arrive as base64 of little-endian float32 and
 * are decoded once, in model.js.
 */

/**
 * @typedef {object} LayerStructure
 * @property {number} units
 * @property {string} activation
 * @property {boolean} use_bias
 * @property {boolean} trainable
 * @property {boolean} bias_trainable
 * @property {[number | null, number | null]} bounds of its activation's output
 */

/**
 * @typedef {object} NetworkStructure
 * @property {number} inputs
 * @property {string[]} input_names
 * @property {string[]} output_names
 * @property {LayerStructure[]} layers
 * @property {string[]} parameter_names in the order of the flat vector
 * @property {string[]} parameter_labels in the same order
 * @property {string[][]} node_labels of the inputs and of every layer
 */

/**
 * @typedef {object} Examples
 * @property {"classification" | "regression"} task
 * @property {number} count
 * @property {number[][]} inputs
 * @property {number[][]} targets
 * @property {number[][] | null} test_inputs
 * @property {number[][] | null} test_targets
 */

/**
 * @typedef {object} Structure the `spec` event
 * @property {string} name
 * @property {Record<string, any>} spec
 * @property {NetworkStructure} network
 * @property {Examples} examples
 * @property {[[number, number], [number, number]] | null} domain
 */

/** @typedef {Record<string, number>} Metrics */

/**
 * @typedef {object} OutputHeatmap
 * @property {number} columns
 * @property {number} rows
 * @property {number} low value of byte 0
 * @property {number} high value of byte 255
 * @property {string[]} units base64 of a byte a point; row 0 is the top of the plot
 */

/**
 * @typedef {object} Heatmaps
 * @property {number} columns
 * @property {number} rows
 * @property {string[][]} layers base64 of every hidden layer's units
 * @property {[number, number][]} ranges of every hidden layer
 * @property {OutputHeatmap} output
 */

/**
 * @typedef {object} Focus the example whose numbers stand on the nodes
 * @property {number} example
 * @property {number[]} inputs
 * @property {number[]} targets
 * @property {number[][]} pre_activations
 * @property {number[][]} activations
 * @property {number[][] | null} deltas
 */

/**
 * @typedef {object} Position
 * @property {number} epoch
 * @property {number} batch
 * @property {number} update
 * @property {"ready" | "forward" | "backward"} phase
 * @property {number | null} [layer] how many layers the phase under way has done, where it is
 * stepped layer by layer
 */

/**
 * @typedef {object} Playing
 * @property {number | null} epochs_per_second
 * @property {{epoch: number | null, loss_below: number | null} | null} until where it ends
 * @property {number} from_epoch
 * @property {number | null} seconds_left
 */

/**
 * @typedef {object} Frame the `state` event, vectors decoded
 * @property {number} version
 * @property {Position} position
 * @property {string | null} operation
 * @property {string | null} chosen the name of the chosen parameter or unit
 * @property {Playing | null} playing
 * @property {{reason: string, epoch: number} | null} play_end why play ended by itself
 * @property {string} branch
 * @property {{epoch: number, update: number, end: number, ahead: boolean}} recorded end: in epochs,
 * with a fraction; ahead: the session stands before it
 * @property {Mark[]} marks
 * @property {{reason: string, detail: string, advice: string} | null} stopped
 * @property {{train: Metrics, test: Metrics | null}} metrics
 * @property {Float32Array} parameters
 * @property {Float32Array} gradients
 * @property {"batch" | "train"} gradients_over
 * @property {Float32Array | null} updates
 * @property {{indices: number[], loss: number} | null} batch
 * @property {Focus} focus
 * @property {Heatmaps | null} heatmaps
 * @property {{inputs: number[], outputs: number[][]} | null} curve
 */

/**
 * @typedef {object} Mark where a recording was changed by hand
 * @property {number} epoch with a fraction
 * @property {"edit" | "spec"} kind
 *
 * @typedef {object} Ghost the curve of another branch
 * @property {string} name
 * @property {boolean} whole whether the axis reaches to its end
 * @property {number} loss_since the epoch from which on its loss has meant what it means now
 * @property {number[]} epochs the first is 0
 * @property {Record<string, number[]>} train a value of each metric for each of the epochs
 *
 * @typedef {object} BranchesEvent
 * @property {string[]} branches
 * @property {string} present
 * @property {Ghost[]} ghosts
 */

/**
 * @typedef {object} HistoryEntry
 * @property {number} epoch
 * @property {Metrics} [fit]
 * @property {Metrics} train
 * @property {Metrics | null} test
 */

/**
 * @typedef {object} HistoryEvent
 * @property {number} since
 * @property {number} [loss_since] the epoch from which on the loss has meant what it means now
 * @property {HistoryEntry[]} epochs
 * @property {{train: Metrics, test: Metrics | null}} initial
 */

/**
 * @typedef {object} Explanation the `explanation` event: of the chosen parameter or unit, what
 * the inspector's drawings read
 * @property {number} version of the session that it was made of
 * @property {string} name
 * @property {"batch" | "train"} over
 * @property {number} example in focus
 * @property {{index: number, contribution: number}[]} [examples] of a parameter
 */

/** @typedef {"weights" | "gradients" | "updates"} Quantity what the drawing's edges show */

export {};
