// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What an op of the graph is to the passes; Traits.h says what each means.

#ifndef DPSIMS_TRAITS
#define DPSIMS_TRAITS

include "dialect/Interfaces.td"

class Dpsims_Trait<string name> : NativeOpTrait<name> {
  let cppNamespace = "::dpsims";
}
def Dpsims_Source : Dpsims_Trait<"SourceOp">;
def Dpsims_KernelOp : Dpsims_Trait<"KernelOp">;
def Dpsims_Pointwise : Dpsims_Trait<"Pointwise">;
def Dpsims_ZeroGradient : Dpsims_Trait<"ZeroGradient">;

def Dpsims_Picks : TraitList<[Dpsims_Trait<"PicksElements">, Dpsims_Pointwise, Dpsims_KernelOp]>;
def Dpsims_FusesProducers : TraitList<[Dpsims_Trait<"FusesProducers">, Dpsims_KernelOp]>;

def Dpsims_Differentiable : TraitList<[DeclareOpInterfaceMethods<Dpsims_DifferentiableOpInterface>]>;
def Dpsims_Elementwise : TraitList<[DeclareOpInterfaceMethods<Dpsims_ElementwiseOpInterface>, Dpsims_Pointwise,
                                    Dpsims_KernelOp]>;
def Dpsims_Library : TraitList<[DeclareOpInterfaceMethods<Dpsims_LibraryOpInterface>]>;
def Dpsims_Collective : TraitList<[DeclareOpInterfaceMethods<Dpsims_CollectiveOpInterface>]>;
def Dpsims_Batched : TraitList<[DeclareOpInterfaceMethods<Dpsims_BatchedOpInterface>]>;
// Also what its attributes are for both batches.
def Dpsims_BatchedWithSizes : TraitList<[DeclareOpInterfaceMethods<Dpsims_BatchedOpInterface, ["scaleBatch"]>]>;

#endif
