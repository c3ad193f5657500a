/** First words of made-up names. */
export const ADVERBS: readonly string[] = (
  "ably amply aptly avidly badly barely boldly briefly briskly calmly cheaply clearly closely coldly coolly " +
  "daily darkly dearly deeply deftly duly eagerly early easily evenly exactly fairly finely firmly flatly " +
  "fondly freely freshly friendly fully gently gladly grandly greatly happily hardly highly hugely humbly " +
  "keenly kindly largely lately lightly likely lively locally loosely loudly lovely loyally lucidly mainly " +
  "mildly mostly mutely nearly neatly newly nicely nobly notably openly orderly overtly partly plainly " +
  "politely poorly promptly properly proudly purely quickly quietly rapidly rarely readily really rightly " +
  "robustly roundly safely sharply shortly simply slightly slowly smartly smoothly softly solely solidly " +
  "steadily sternly strictly strongly subtly suitably surely swiftly tenderly thinly tidily tightly totally " +
  "truly usually vastly vividly warmly weekly wholly widely wildly wisely yearly"
).split(" ");

/** Second words of made-up names. */
export const ADJECTIVES: readonly string[] = (
  "able above active agile alert alive ample apt arid awake aware basic best bold brave brief bright brisk " +
  "broad busy calm capable careful casual certain chief civil clean clear clever close cool crisp curious " +
  "deep direct driven eager early easy enough equal exact expert fair famous fast fine firm fit fleet " +
  "fluent fond free fresh full funny gentle giant glad golden good grand great handy happy hardy hearty " +
  "helpful honest humble ideal jolly just keen key kind known large lasting light liked literate live " +
  "lively loved loyal lucky main major merry mighty modern modest moral moved native natural neat new nice " +
  "noble noted novel one open patient plain pleased polite primary prime proper proud pure quick quiet " +
  "rapid rare ready real regular rich right robust sacred safe sharp simple smart smooth social solid sound " +
  "steady strong sure sweet swift tidy tough true unique upright valid vital vocal warm well whole wired " +
  "wise witty worthy"
).split(" ");

/** Third words of made-up names: beasts. */
export const NOUNS: readonly string[] = (
  "ant ape asp auk bat bear bee bird bison boa boar buck bug bull calf camel carp cat cattle chimp clam " +
  "cobra cod colt condor coral cow coyote crab crane crow cub deer dingo doe dog dolphin donkey dory dove " +
  "drake drum duck eagle earwig eel eft egret elf elk emu ewe falcon fawn ferret filly finch fish flea fly " +
  "foal fowl fox frog gator gecko ghost ghoul giraffe glider gnat gnu goat goblin goose grouse grub gull " +
  "haddock hagfish halibut hamster hare hawk hen hermit heron herring hippo hog honeybee hornet horse hound " +
  "humpback husky hyena ibex iguana imp impala insect jackal jaguar jay kangaroo katydid kid kite kitten " +
  "kiwi koala koi krill lab lacewing ladybird lamb lark leech lemming lemur leopard liger lion lioness " +
  "lizard llama lobster locust louse lynx macaw mackerel magpie mako malamute mallard mammoth man manatee " +
  "marlin marmoset marmot marten martin mastiff mink minnow mite moccasin mole monarch mongoose monkey " +
  "moose moray moth mouse mudfish mule muskox mustang newt octopus opossum orca oriole osprey ostrich owl " +
  "ox oyster panda pangolin panther parrot peacock pegasus pelican penguin perch pheasant phoenix pig " +
  "pigeon piglet pika pipefish piranha platypus pony poodle porpoise possum prawn primate pug puma pup " +
  "python quagga quail quetzal rabbit raccoon ram raptor rat raven ray redbird redfish reindeer rhino robin " +
  "rodent rooster roughy sailfish salmon satyr sawfish sawfly seagull seal seasnail serval shad shark sheep " +
  "sheepdog shepherd shiner shrew shrimp skink skunk skylark sloth slug snail snake snapper sole sparrow " +
  "spider sponge squid squirrel stag stallion starfish starling stingray stork stud sturgeon sunbeam " +
  "sunbird sunfish swan swift tadpole tahr tapir tarpon teal termite terrapin terrier tetra thrush tick " +
  "tiger titmouse toad tomcat tortoise toucan treefrog troll trout tuna turkey turtle unicorn urchin vervet " +
  "viper vulture wahoo wallaby walleye walrus warthog wasp weasel weevil whale whippet wildcat wolf wombat " +
  "woodcock worm wren yak yeti zebra"
).split(" ");
