// 256 plain words, each of a byte's worth. Nobody is offended by one, and three of them do not stand side by side by chance.
const list = `
acorn alder almond amber anchor anvil apricot arbor ashlar aspen attic badger balsam banjo barley basalt basil beacon
beech bellows birch bison bobbin bodkin bonnet bramble brazier brindle brook buckle bugle bulrush burdock burrow button
cairn camphor canopy canvas caraway cardigan carob cashew cedar chalice chalk chestnut chisel cinder cistern citron clover
cobalt cobble comet compass conker copper coral corbel cornice cotter cove cowrie crocus crumpet cutlass cypress dahlia
damson dapple dewdrop dinghy dogwood dormer dovetail dulcimer easel elder ember ermine falcon fathom fennel fern ferrule
fiddle finch flagon flax flint foxglove fresco furrow gable garnet gazebo gimlet ginger girder glacier goblet gorse gosling
granite gravel grotto grouse gudgeon gypsum hamlet hammock harbor harrow hazel heather heron hickory hinge holly hornet
husk hyssop inkwell iris ivory jackdaw jasmine javelin juniper kelp kestrel kettle keystone kiln lagoon lantern larch
lattice laurel lavender ledger lichen lilac limpet linden linseed lintel lobelia locket loom lupin lute madrigal magpie
mallet mallow mandolin mantle maple marigold marlin marzipan meadow medlar millet minnow mistral mortar moss mulberry
mullion musket nettle newt nutmeg oakum obelisk ochre olive onyx orchard oriole osprey otter oxbow paddock palisade papaya
parapet parsley pebble pelican peony perch petrel pewter pheasant pigeon pinion pippin plover plumb poplar porridge posy
primrose pumice quail quarry quartz quill quince rafter raven reed rivet rosemary rowan rudder russet saffron sandal
sapling satchel scallop sedge shingle silo skein sloop snipe sorrel sparrow spindle sprocket spruce starling sundial
tallow tansy tartan teasel thimble thistle thrush timber toffee trellis trowel tulip turnip umber vellum verbena violet
walnut wharf whistle wicker willow`

export const canaryWords: readonly string[] = list.trim().split(/\s+/).slice(0, 256)
