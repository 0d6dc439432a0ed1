// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program's parameters come from a configuration file and `set`: top-level keys, and sections as records.
// RUN: split-file %s %t
// RUN: dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/good.json | FileCheck %s --check-prefix=FILE
// RUN: dpsims-opt %t/model.mlir --dpsims-elaborate="config=%t/good.json set=generator.mode=none set=size=[3,5] set=batch=4" | FileCheck %s --check-prefix=SET
// RUN: dpsims-opt %t/model.mlir --dpsims-elaborate=set=size=[1,2],generator.gain=3 | FileCheck %s --check-prefix=ONLY

// FILE: input "x" <shape = [1, 8, 16]>
// FILE-NEXT: constant <value = [4, 1, 7, 2.500000e-01]>
// FILE-NEXT: weight "concat_x" <init = "zeros", shape = [6, 8]
// SET: input "x" <shape = [4, 3, 5]>
// SET-NEXT: constant <value = [4, 1, 7, 2.500000e-01]>
// SET-NEXT: weight "none_x"
// What the section leaves out has the default of the network's text.
// ONLY: input "x" <shape = [1, 1, 2]>
// ONLY-NEXT: constant <value = [8, 0, 7, 3.000000e+00]>
// ONLY-NEXT: weight "add_x" <init = "zeros", shape = [6, 16]

// Errors, each in one line with the file and the key.
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/none.json 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: error: {{.*}}none.json: cannot be read: No such file or directory
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/text.json 2>&1 | FileCheck %s --check-prefix=TEXT
// TEXT: error: {{.*}}text.json: is not JSON: {{.*}}2:1
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/list.json 2>&1 | FileCheck %s --check-prefix=LIST
// LIST: error: {{.*}}list.json: must hold one JSON object
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/key.json 2>&1 | FileCheck %s --check-prefix=KEY
// KEY: error: {{.*}}key.json: sizes: unknown key; known are: batch, generator, size, data
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/section-key.json 2>&1 | FileCheck %s --check-prefix=SECTIONKEY
// SECTIONKEY: error: {{.*}}section-key.json: generator.dept: unknown key; the section has: depth, edges, list, gain, mode, names, wide
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/section-type.json 2>&1 | FileCheck %s --check-prefix=SECTIONTYPE
// SECTIONTYPE: error: {{.*}}section-type.json: generator.depth: 1.500000e+00 is a float; it must be an int
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/section.json 2>&1 | FileCheck %s --check-prefix=SECTION
// SECTION: error: {{.*}}section.json: generator: a section is an object of keys and values
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=config=%t/null.json 2>&1 | FileCheck %s --check-prefix=NULL
// NULL: error: {{.*}}null.json: size: null is not a value
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate="config=%t/good.json set=size=4" 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: error: {{.*}}good.json{{.*}}size: 4 is an int; it must be a list
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate="config=%t/good.json set=size" 2>&1 | FileCheck %s --check-prefix=SETTING
// SETTING: error: --set size: expects key=value, as generator.noise=concat
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate="config=%t/good.json set=size.x=1" 2>&1 | FileCheck %s --check-prefix=INNER
// INNER: error: --set size.x=1: size is not a section
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate=set=batch=2 2>&1 | FileCheck %s --check-prefix=ABSENT
// ABSENT: model.mlir:[[#]]:1: error: program: missing parameter 'size' of @p
// RUN: not dpsims-opt %t/model.mlir --dpsims-elaborate="programs=q config=%t/good.json" 2>&1 | FileCheck %s --check-prefix=PROGRAM
// PROGRAM: error: there is no program 'q'; there are: p
// RUN: not dpsims-opt %t/network.mlir --dpsims-elaborate 2>&1 | FileCheck %s --check-prefix=NETWORK
// NETWORK: network.mlir:1:1: error: there is no network @None

//--- model.mlir
dpsims.section "generator" of @Generator
dpsims.network @Generator<classes: int, depth: int = 8, edges: bool = false, list: list = [16], gain: float = 1.0,
                          mode: string = "add", names: record = {std = "std"}, wide: int = depth * 2>(%x) {
  %c = constant <value = [depth, select(edges, 1, 0), classes, gain]>
  %w = weight "{mode}_x" <shape = [6, wide], init = "zeros">
  return %c
}
dpsims.program @p<batch: int = 1, size: list, generator: record> {
  %x = input "x" <shape = [batch, size[0], size[1]]>
  %y = instance @Generator<classes = 7, ...generator>(%x)
  output "y" %y
}

//--- good.json
{
  "data": {"palette": [[1, 2, 3]], "anything": null},
  "generator": {"depth": 4.0, "edges": true, "gain": 0.25, "mode": "concat"},
  "size": [8, 16]
}

//--- text.json
{"size": [1, 2]
}}

//--- list.json
[1, 2]

//--- key.json
{"sizes": [1, 2]}

//--- section-key.json
{"size": [1, 2], "generator": {"dept": 4}}

//--- section-type.json
{"size": [1, 2], "generator": {"depth": 1.5}}

//--- section.json
{"size": [1, 2], "generator": 4}

//--- null.json
{"size": null}

//--- network.mlir
dpsims.section "generator" of @None
dpsims.program @p {
}
